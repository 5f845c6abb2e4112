import { deflateSync } from "node:zlib";
import { crc32 } from "../crc32.ts";

/** A PNG of 8-bit RGB pixels, row-major from the top left (width * height * 3 bytes). */
export function encodePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  // Every scan line begins with its filter: 0, none.
  const lines = new Uint8Array(height * (1 + 3 * width));
  for (let row = 0; row < height; row++) lines.set(pixels.subarray(row * 3 * width, (row + 1) * 3 * width), row * (1 + 3 * width) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", header), chunk("IDAT", deflateSync(lines)), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
