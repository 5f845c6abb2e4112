// What a library asks of WebGPU, whichever it is: buffers, pipelines, dispatches and submits.
import { globals } from "webgpu";

/** Counts from now on, in this process, by every device. @returns live counts */
export function countGpuCalls() {
  const counts = { dispatches: 0, submits: 0, pipelines: 0, bufferBytes: 0, peakBufferBytes: 0 };
  const sizes = new WeakMap();
  after(globals.GPUComputePassEncoder, ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"], () => counts.dispatches++);
  after(globals.GPUQueue, ["submit"], () => counts.submits++);
  after(globals.GPUDevice, ["createComputePipeline", "createComputePipelineAsync"], () => counts.pipelines++);
  after(globals.GPUDevice, ["createBuffer"], (buffer, { size }) => {
    sizes.set(buffer, size);
    counts.bufferBytes += size;
    counts.peakBufferBytes = Math.max(counts.peakBufferBytes, counts.bufferBytes);
  });
  after(globals.GPUBuffer, ["destroy"], function () {
    counts.bufferBytes -= sizes.get(this) ?? 0;
    sizes.delete(this);
  });
  return counts;
}

/** Calls `then` with the result and the arguments after each call of the methods. */
function after({ prototype }, methods, then) {
  for (const method of methods) {
    const original = prototype[method];
    prototype[method] = function (...args) {
      const result = original.apply(this, args);
      then.call(this, result, ...args);
      return result;
    };
  }
}
