/** What a backend for GPUs would run on: a GPU, or software that stands for one. */
export interface Adapter {
  readonly name: string;
  /** Does the CPU do its work? */
  readonly software: boolean;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

/** What WebGL runs on here, by the name that its driver gives; or why it will not do. */
export function webglAdapter(): Adapter | string {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) return 'this browser has no WebGL 2 here';
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  const canDrawFloats = gl.getExtension('EXT_color_buffer_float') !== null;
  // Browsers have few contexts to give.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return canDrawFloats ? { name, software: SOFTWARE.test(name) } : `${name} has no float32`;
}

/** What WebGPU runs on here, or why there is none. */
export async function webgpuAdapter(): Promise<Adapter | string> {
  // Browsers without WebGPU, and pages that came over plain HTTP, have no such property.
  const gpu = navigator.gpu as GPU | undefined;
  if (!gpu) return isSecureContext ? 'this browser has no WebGPU' : 'WebGPU needs a page that came over HTTPS';
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return 'this browser finds no WebGPU adapter';
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name = [...new Set([vendor, architecture, device, description])].filter(Boolean).join(', ') || 'a GPU without a name';
  return { name, software: isFallbackAdapter || SOFTWARE.test(name) };
}
