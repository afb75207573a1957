/** The GPU under a backend of TensorFlow.js, as far as it lets us see it. */
export interface Graphics {
  /** What its driver calls it. */
  readonly name: string;
  /** Has it been taken away? Nothing on it is left then. */
  isLost(): boolean;
}

/** The inside of the backend 'webgl'. */
interface OnWebgl {
  readonly gpgpu: { readonly gl: WebglContext };
}

interface WebglContext {
  readonly RENDERER: number;
  getParameter(name: number): unknown;
  getExtension(name: string): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  isContextLost(): boolean;
}

/** The inside of the backend 'webgpu'. */
interface OnWebgpu {
  readonly device: { readonly lost: Promise<unknown> };
  readonly adapterInfo?: { readonly vendor?: string; readonly architecture?: string };
}

const known = new WeakMap<object, Graphics>();

/** The GPU that a backend runs on; null where it runs on none, or tells nothing. */
export function graphicsOf(backend: unknown): Graphics | null {
  if (typeof backend !== 'object' || !backend) return null;
  const found = known.get(backend) ?? (isOnWebgl(backend) ? onWebgl(backend) : isOnWebgpu(backend) ? onWebgpu(backend) : null);
  if (found) known.set(backend, found);
  return found;
}

function onWebgl({ gpgpu: { gl } }: OnWebgl): Graphics {
  const details = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(details?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  return { name, isLost: () => gl.isContextLost() };
}

function onWebgpu({ device, adapterInfo }: OnWebgpu): Graphics {
  let lost = false;
  void device.lost.then(() => {
    lost = true;
  });
  const name = [adapterInfo?.vendor, adapterInfo?.architecture].filter(Boolean).join(' ');
  return { name: name || 'a GPU without a name', isLost: () => lost };
}

function isOnWebgl(backend: object): backend is OnWebgl {
  return 'gpgpu' in backend;
}

function isOnWebgpu(backend: object): backend is OnWebgpu {
  return 'device' in backend && typeof backend.device === 'object' && backend.device !== null && 'lost' in backend.device;
}
