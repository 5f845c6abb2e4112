// The types of onnxruntime mention the browser's WebGL, which nothing here uses.
interface WebGLRenderingContext {
  readonly canvas: unknown;
}
interface WebGLTexture {
  readonly brand: unknown;
}
