import "ostinato/worker";
