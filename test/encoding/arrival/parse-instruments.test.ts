import { describe, expect, it } from "vitest";
import { ArrivalError } from "../../../encoding/index.ts";
import { parseInstruments } from "../../../encoding/arrival/index.ts";

const parse = (text: string): number[] => [...parseInstruments(text)];

describe("parseInstruments", () => {
  it("accepts families, programs, numbers and drums", () => {
    expect(parse("bass")).toEqual([32, 33, 34, 35, 36, 37, 38, 39]);
    expect(parse("Acoustic Bass, drums")).toEqual([32, 128]);
    expect(parse("0,127")).toEqual([0, 127]);
    expect(parse("piano").slice(0, 2)).toEqual([0, 1]);
    expect(parse("sound effects")).toEqual([120, 121, 122, 123, 124, 125, 126, 127]);
  });

  it("names similar instruments in the hint of its error", () => {
    const errorOf = (text: string): ArrivalError => {
      try {
        parseInstruments(text);
      } catch (error) {
        if (error instanceof ArrivalError) return error;
      }
      throw new Error(`"${text}" was accepted`);
    };
    expect(errorOf("sax")).toMatchObject({
      code: "unknown-instrument",
      message: 'there is no instrument "sax"',
      hint: "name one of: Soprano Sax, Alto Sax, Tenor Sax, Baritone Sax",
    });
    expect(errorOf("128").hint).toContain("its number from 0 to 127");
    expect(errorOf("piano,").message).toBe("the list names no instrument");
    expect(errorOf("-1").code).toBe("unknown-instrument");
  });
});
