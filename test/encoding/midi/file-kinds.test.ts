import { describe, expect, it } from "vitest";
import { MidiError, readMidi } from "../../../encoding/index.ts";
import { fileKindOf } from "../../../encoding/midi/file-kinds.ts";

/** Characters as bytes, with padding. */
function beginning(text: string, padding = 40): Uint8Array {
  return Uint8Array.from([...text, ..."\x01\x02\x03".repeat(padding)], (letter) => letter.charCodeAt(0));
}

function utf16(text: string): Uint8Array {
  return Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((letter) => [letter.charCodeAt(0), 0])]);
}

function errorOf(bytes: Uint8Array, recover: boolean): MidiError {
  try {
    readMidi(bytes, { recover });
  } catch (error) {
    if (error instanceof MidiError) return error;
    throw error;
  }
  throw new Error("expected a MidiError");
}

const LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
const DOCTYPE =
  '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 3.1 Partwise//EN" "partwise.dtd">';

const KINDS: readonly (readonly [string, Uint8Array, string, RegExp])[] = [
  ["a MIDI 2.0 clip", beginning("SMF2CLIP\0\x30\0\x78"), "a MIDI 2.0 clip file", /MIDI File 1\.0/],
  ["gzip", beginning("\x1f\x8b\x08\0\0\0\0\0\x02\xff"), "a gzip archive", /gunzip/],
  ["zip", beginning("PK\x03\x04"), "a zip archive", /unpack it/],
  ["7z", beginning("7z\xbc\xaf\x27\x1c"), "a 7z archive", /unpack it/],
  ["MP3 with a tag", beginning("ID3\x04\0\0"), "an MP3 sound file", /sound cannot be read/],
  ["MP3 without a tag", beginning("\xff\xfb\x90\x64"), "an MP3 sound file", /sound cannot be read/],
  ["WAV", beginning("RIFF\x24\0\0\0WAVEfmt "), "a WAV sound file", /sound cannot be read/],
  ["another RIFF file", beginning("RIFF\x24\0\0\0AVI LIST"), "a RIFF file without MIDI", /only RMID/],
  ["a SoundFont", beginning("RIFF\x24\0\0\0sfbkLIST"), "a SoundFont", /instruments/],
  ["Ogg", beginning("OggS\0\x02"), "an Ogg sound file", /sound cannot be read/],
  ["M4A", beginning("\0\0\0\x20ftypM4A "), "an MP4 sound or video file", /sound cannot be read/],
  ["AIFF", beginning("FORM\0\0\0\x20AIFFCOMM"), "an AIFF sound file", /sound cannot be read/],
  [
    "XMI",
    beginning("FORM\0\0\0\x0eXDIRINFO"),
    "an XMI file (extended MIDI of computer games)",
    /convert it to \.mid/,
  ],
  ["HTML", beginning("<html><body>"), "an HTML page", /download the \.mid file/],
  ["HTML with a document type", beginning("<!DOCTYPE html><title>"), "an HTML page", /download/],
  ["HTML after white space", beginning("\r\n\t  <HTML>"), "an HTML page", /download/],
  ["HTML after a byte order mark", beginning("\xef\xbb\xbf\n<!doctype HTML>"), "an HTML page", /download/],
  ["HTML in UTF-16", utf16("<html>"), "an HTML page", /download/],
  [
    "XHTML",
    beginning('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN">\n<html>'),
    "an HTML page",
    /download/,
  ],
  [
    "MusicXML",
    beginning(`<?xml version="1.0"?>\n${DOCTYPE}\n<score-partwise>`),
    "a MusicXML score",
    /export/,
  ],
  ["MusicXML without a document type", beginning("<score-timewise>"), "a MusicXML score", /export/],
  ["XML", beginning('<?xml version="1.0"?><museScore version="3.01">'), "an XML file", /export/],
  ["a Git LFS pointer", beginning(LFS, 0), "a Git LFS pointer", /git lfs pull/],
  ["zero bytes", new Uint8Array(500), "a file of zero bytes only", /get it again/],
  ["one zero byte", new Uint8Array(1), "a file of zero bytes only", /get it again/],
];

describe("a file that is not a MIDI file", () => {
  it.each(KINDS)("is named, with recovery or without: %s", (_, bytes, name, hint) => {
    for (const recover of [false, true]) {
      const error = errorOf(bytes, recover);
      expect(error).toMatchObject({ code: "not-midi", offset: 0, canRecover: false });
      expect(error.message).toBe(`this is ${name}, not a MIDI file: expected "MThd" at byte 0`);
      expect(error.hint).toMatch(hint);
    }
  });

  it("is reported as empty", () => {
    expect(errorOf(new Uint8Array(0), false)).toMatchObject({
      code: "empty",
      message: "the file is empty at byte 0",
    });
  });

  it("of an unknown kind is reported without its bytes", () => {
    const error = errorOf(beginning("\x1b[2J\x07"), false);
    expect(error.message).toBe('this is not a MIDI file: expected "MThd" at byte 0');
    expect(error.hint).toBe("give a Standard MIDI File (.mid)");
  });
});

describe("fileKindOf", () => {
  it.each([
    ["a MIDI file", "MThd\0\0\0\x06"],
    ["text", "Once upon a time"],
    ["text that has HTML in it", "see <html>"],
    ["the reserved version of MPEG audio", "\xff\xeb\x90\x64"],
    ["the reserved bit rate of MPEG audio", "\xff\xfb\xf0\x64"],
    ["the reserved sample rate of MPEG audio", "\xff\xfb\x9c\x64"],
    ["a byte order mark", "\xff\xfe"],
    ["nothing", ""],
  ])("returns no kind for %s", (_, text) => {
    expect(fileKindOf(beginning(text, 0))).toBeUndefined();
  });
});
