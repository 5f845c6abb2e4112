import { MPEGDecoder } from "mpg123-decoder";
import { ClipProblem } from "../clip-problem.ts";
import { checkDecodedSize, fourCC, gatheringComplaints, type DecodedAudio } from "./decoded.ts";
import { firstMp3Frame, id3Length, mp3FrameAt, xingFrameCount } from "./mp3-frames.ts";

/** MPEG layer III. Encoder delay and padding are cut where a LAME tag gives them. Throws ClipProblem. */
export async function readMp3(bytes: Uint8Array): Promise<DecodedAudio> {
  const start = firstMp3Frame(bytes, id3Length(bytes), 1 << 16);
  if (start === undefined) throw new ClipProblem("damaged", "no run of MPEG layer III frames");
  const { end } = checkFrames(bytes, start);
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    const { value: result, complaints } = gatheringComplaints(() => decoder.decode(bytes.subarray(start, end)));
    const fault = complaints[0] ?? result.errors[0]?.message;
    if (fault !== undefined) throw new ClipProblem("damaged", `the decoder reports: ${fault}`);
    if (result.samplesDecoded === 0) throw new ClipProblem("empty", "the MP3 stream holds no audio");
    return { rate: result.sampleRate, channels: result.channelData };
  } finally {
    decoder.free();
  }
}

/** Walks the frames: the decoder would silently skip over what is missing. */
function checkFrames(bytes: Uint8Array, start: number): { end: number } {
  let at = start;
  let frames = 0;
  let promised: number | undefined;
  for (let frame = mp3FrameAt(bytes, at); frame; frame = mp3FrameAt(bytes, at)) {
    if (at + frame.bytes > bytes.length) {
      throw new ClipProblem("truncated", `the last MP3 frame needs ${frame.bytes} bytes, ${bytes.length - at} are there`);
    }
    if (frames === 0) promised = xingFrameCount(bytes, at, frame);
    at += frame.bytes;
    frames++;
    checkDecodedSize(frames * frame.samples, 2, frame.rate);
  }
  if (promised !== undefined && frames < promised) {
    throw new ClipProblem("truncated", `${promised} MP3 frames promised, ${frames} are there`);
  }
  // Tags and padding may follow the audio; more frames may not, for then some in between were lost.
  const isTag = ["TAG", "APE", "LYR", "3DI", "ID3"].some((tag) => fourCC(bytes, at).startsWith(tag));
  if (!isTag && at < bytes.length && firstMp3Frame(bytes, at, bytes.length) !== undefined) {
    throw new ClipProblem("damaged", `the run of MP3 frames breaks at byte ${at} of ${bytes.length}`);
  }
  return { end: at };
}
