export { counted } from "../encoding/counted.ts";
