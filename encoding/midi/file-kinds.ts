/** Kinds of files that are often mistaken for Standard MIDI Files, each with a hint. */

export interface FileKind {
  /** With its article, such as "a gzip archive". */
  readonly name: string;
  readonly hint: string;
}

/** A kind with magic bytes: all of them must match at their offsets. */
interface BinaryKind extends FileKind {
  readonly magic: readonly (readonly [offset: number, bytes: string])[];
}

/** A text format: its possible first characters, in lower case. */
interface TextKind extends FileKind {
  readonly begins: readonly string[];
}

const EXPORT = "export the music as a Standard MIDI File (.mid), and give that";
const UNPACK = "unpack it, and give the .mid file in it";
const SOUND = "sound cannot be read; give a .mid file, such as a transcription of it";
const DOWNLOAD =
  "this is a web page, often an error page saved in place of a download; download the .mid file";

/** The first kind that matches is used. */
const BINARY_KINDS: readonly BinaryKind[] = [
  {
    magic: [[0, "SMF2CLIP"]],
    name: "a MIDI 2.0 clip file",
    hint: "only MIDI 1.0 is read; export it as a Standard MIDI File 1.0 (.mid)",
  },
  {
    magic: [[0, "\x1f\x8b"]],
    name: "a gzip archive",
    hint: "unpack it with gunzip, and give the .mid file in it",
  },
  {
    magic: [[0, "PK\x03\x04"]],
    name: "a zip archive",
    hint: `${UNPACK}; a compressed score (.mxl, .mscz) is a zip archive too: open it in a notation program and export it as MIDI`,
  },
  { magic: [[0, "PK\x05\x06"]], name: "an empty zip archive", hint: "give a .mid file" },
  { magic: [[0, "7z\xbc\xaf\x27\x1c"]], name: "a 7z archive", hint: UNPACK },
  { magic: [[0, "Rar!\x1a\x07"]], name: "a RAR archive", hint: UNPACK },
  { magic: [[0, "BZh"]], name: "a bzip2 archive", hint: UNPACK },
  { magic: [[0, "\xfd7zXZ\0"]], name: "an xz archive", hint: UNPACK },
  { magic: [[0, "\x28\xb5\x2f\xfd"]], name: "a Zstandard archive", hint: UNPACK },
  { magic: [[0, "ID3"]], name: "an MP3 sound file", hint: SOUND },
  { magic: [[0, "OggS"]], name: "an Ogg sound file", hint: SOUND },
  { magic: [[0, "fLaC"]], name: "a FLAC sound file", hint: SOUND },
  { magic: [[4, "ftyp"]], name: "an MP4 sound or video file", hint: SOUND },
  {
    magic: [
      [0, "FORM"],
      [8, "AIFF"],
    ],
    name: "an AIFF sound file",
    hint: SOUND,
  },
  {
    magic: [
      [0, "FORM"],
      [8, "AIFC"],
    ],
    name: "an AIFF sound file",
    hint: SOUND,
  },
  {
    magic: [
      [0, "FORM"],
      [8, "XDIR"],
    ],
    name: "an XMI file (extended MIDI of computer games)",
    hint: "convert it to .mid",
  },
  {
    magic: [
      [0, "FORM"],
      [8, "XMID"],
    ],
    name: "an XMI file (extended MIDI of computer games)",
    hint: "convert it to .mid",
  },
  {
    magic: [
      [0, "RIFF"],
      [8, "sfbk"],
    ],
    name: "a SoundFont",
    hint: "it holds instruments and no music; give a .mid file",
  },
  {
    magic: [
      [0, "RIFF"],
      [8, "WAVE"],
    ],
    name: "a WAV sound file",
    hint: SOUND,
  },
  {
    magic: [[0, "RIFF"]],
    name: "a RIFF file without MIDI",
    hint: "only RMID (.rmi) of the RIFF files can be read; give a .mid file",
  },
  { magic: [[0, "%PDF"]], name: "a PDF document", hint: EXPORT },
  { magic: [[0, "\x89PNG"]], name: "a PNG image", hint: EXPORT },
];

/** The first kind that matches is used. */
const TEXT_KINDS: readonly TextKind[] = [
  {
    begins: ["version https://git-lfs", "version https://hawser"],
    name: "a Git LFS pointer",
    hint: 'the file itself was not downloaded; run "git lfs pull" in its repository',
  },
  { begins: ["<!doctype html", "<html", "<head", "<body"], name: "an HTML page", hint: DOWNLOAD },
  {
    begins: ["<score-partwise", "<score-timewise", "<!doctype score-"],
    name: "a MusicXML score",
    hint: "open it in a notation program, and export it as MIDI",
  },
  { begins: ["<?xml", "<!doctype", "<!--"], name: "an XML file", hint: EXPORT },
];

const MPEG_AUDIO: FileKind = { name: "an MP3 sound file", hint: SOUND };
const ALL_ZERO: FileKind = {
  name: "a file of zero bytes only",
  hint: "its contents were lost in a copy or a download; get it again",
};

/** The parts of an XML file before its first element: declaration, comments and document type. */
const XML_PROLOG = /^(?:\s+|<\?[^>]*>|<!--[^>]*-->|<!doctype[^>]*>)*/;
/** Number of bytes searched for text. */
const TEXT_BYTES = 1024;

/** The kind of a file that is not a Standard MIDI File; undefined for an unknown kind. */
export function fileKindOf(bytes: Uint8Array): FileKind | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, TEXT_BYTES));
  const binary = BINARY_KINDS.find(({ magic }) =>
    magic.every(([offset, begins]) => head.startsWith(begins, offset)),
  );
  if (binary) return binary;
  if (bytes.length > 0 && bytes.every((byte) => byte === 0)) return ALL_ZERO;
  return textKindOf(head) ?? (isMpegFrame(bytes) ? MPEG_AUDIO : undefined);
}

/** Text without byte order marks and zero bytes is compared, so UTF-8 and UTF-16 match alike. */
function textKindOf(head: string): FileKind | undefined {
  const text = head
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "")
    .replaceAll("\0", "")
    .trimStart()
    .toLowerCase();
  const kindOf = (beginning: string): TextKind | undefined =>
    TEXT_KINDS.find(({ begins }) => begins.some((start) => beginning.startsWith(start)));
  const element = kindOf(text.replace(XML_PROLOG, ""));
  return element ?? kindOf(text);
}

/** Whether an MPEG audio frame of layer III begins at offset 0: ISO/IEC 11172-3, section 2.4.1.3. */
function isMpegFrame(bytes: Uint8Array): boolean {
  const [sync = 0, version = 0, rates = 0] = bytes;
  const isLayer3 = sync === 0xff && (version & 0xe6) === 0xe2;
  const isReserved = (version & 0x18) === 0x08 || (rates & 0xf0) === 0xf0 || (rates & 0x0c) === 0x0c;
  return isLayer3 && !isReserved;
}
