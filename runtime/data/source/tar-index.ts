import { open, type FileHandle } from "node:fs/promises";
import type { SkippedClip } from "../clip-problem.ts";
import { systemReason } from "./clip-file.ts";
import { withOpenFile } from "./open-limit.ts";

/** A regular file in a tar. */
export interface TarEntry {
  readonly name: string;
  /** Where its bytes begin in the tar, and how many they are. */
  readonly offset: number;
  readonly bytes: number;
}

const BLOCK = 512;
/** No pax header or GNU long name is near this long; a damaged size field may be. */
const MAX_META = 1 << 20;

/**
 * Lists a tar (POSIX.1-2001 pax, ustar, GNU and v7 headers) by its headers alone, seeking over the contents.
 * What is wrong with it is in `problems`; the entries before the fault can be used.
 */
export async function indexTar(path: string, name: string): Promise<{ entries: TarEntry[]; problems: SkippedClip[] }> {
  const entries: TarEntry[] = [];
  const problems: SkippedClip[] = [];
  try {
    await withOpenFile(async () => {
      const handle = await open(path, "r");
      try {
        const size = (await handle.stat()).size;
        await walk(new Window(handle), size, name, entries, problems);
      } finally {
        await handle.close();
      }
    });
  } catch (error) {
    problems.push({ name, reason: "unreadable", detail: systemReason(error) });
  }
  return { entries, problems };
}

async function walk(tar: Window, size: number, name: string, entries: TarEntry[], problems: SkippedClip[]): Promise<void> {
  let long: { path?: string; size?: number } = {}; // what an extended header says of the entry after it
  for (let at = 0; ; ) {
    if (at + BLOCK > size) {
      problems.push({ name, reason: "truncated", detail: `the tar ends at byte ${size} without its end mark; the ${entries.length} entries before are used` });
      return;
    }
    const header = await tar.read(at, BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (!checksumHolds(header)) {
      problems.push({ name, reason: at === 0 ? "not-audio" : "damaged", detail: at === 0 ? "not a tar by its content" : `the tar header at byte ${at} does not match its checksum; the ${entries.length} entries before are used` });
      return;
    }
    const type = String.fromCharCode(header[156]!);
    const extended = type === "x" || type === "L";
    const bytes = (extended ? undefined : long.size) ?? number(header, 124, 12);
    const body = at + BLOCK;
    at = body + Math.ceil(bytes / BLOCK) * BLOCK;
    if (extended && bytes <= MAX_META && body + bytes <= size) {
      const content = await tar.read(body, bytes);
      if (type === "L") long.path = text(content, 0, content.length);
      else long = { ...long, ...paxRecords(content) };
      continue;
    }
    if (type === "K" || type === "g") continue; // a link's long target, defaults for the archive
    const entry = { name: cleanPath(long.path ?? headerPath(header)), offset: body, bytes };
    long = {};
    if (type === "S") problems.push({ name: `${name}/${entry.name}`, reason: "unsupported", detail: "a sparse file in the tar" });
    if (type !== "0" && type !== "\0" && type !== "7") continue; // folders, links, devices
    if (body + bytes > size) {
      problems.push({ name: `${name}/${entry.name}`, reason: "truncated", detail: `its entry ends at byte ${body + bytes} of the tar, the tar at ${size}` });
      return;
    }
    entries.push(entry);
  }
}

/** Reads ahead, so that a tar of small files costs few system calls. */
class Window {
  private readonly handle: FileHandle;
  private start = 0;
  private bytes = new Uint8Array();

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    if (at < this.start || at + length > this.start + this.bytes.length) {
      const buffer = new Uint8Array(Math.max(length, 1 << 15));
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, at);
      this.start = at;
      this.bytes = buffer.subarray(0, bytesRead);
    }
    return this.bytes.subarray(at - this.start, at - this.start + length);
  }
}

/** The header's bytes summed with the checksum field read as blanks; old tars summed signed bytes. */
function checksumHolds(header: Uint8Array): boolean {
  let unsigned = 0;
  let signed = 0;
  header.forEach((byte, i) => {
    const value = i >= 148 && i < 156 ? 32 : byte;
    unsigned += value;
    signed += (value << 24) >> 24;
  });
  const stored = number(header, 148, 8);
  return stored === unsigned || stored === signed;
}

/** Octal digits, or GNU's big-endian binary when the top bit is set. */
function number(header: Uint8Array, at: number, length: number): number {
  if (header[at]! & 0x80) return header.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
  return parseInt(text(header, at, length).trim() || "0", 8);
}

/** UTF-8 up to the first zero byte. */
function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function headerPath(header: Uint8Array): string {
  const name = text(header, 0, 100);
  // GNU tar writes "ustar  " and keeps other things where POSIX has the prefix.
  const prefix = text(header, 257, 6) === "ustar" ? text(header, 345, 155) : "";
  return prefix ? `${prefix}/${name}` : name;
}

/** Records are "<length> <key>=<value>\n", the length counting all of itself. */
function paxRecords(content: Uint8Array): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(32, at);
    const length = parseInt(text(content, at, space - at), 10);
    if (space < 0 || !(length > 0)) break;
    const [key, ...value] = text(content, space + 1, length - (space - at) - 2).split("=");
    if (key === "path") found.path = value.join("=");
    if (key === "size") found.size = Number(value.join("="));
    at += length;
  }
  return found;
}

/** `tar -c .` writes "./a/b.wav". */
function cleanPath(path: string): string {
  return path.split("/").filter((part) => part !== "" && part !== ".").join("/");
}
