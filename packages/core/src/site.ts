/** Frames kept by a capture. Callers pass the outermost public function, so that the user's frame is among the first. */
const FRAMES = 8;

interface StackHolder {
  readonly stack?: string | undefined;
}

/** What V8 (and lately other engines) offers on `Error` beyond the standard. */
interface StackCapture {
  stackTraceLimit?: number;
  captureStackTrace?(holder: object, below: CallableFunction | NewableFunction): void;
}

const engine = Error as unknown as StackCapture;

/**
 * A place in the user's program. Capturing one costs a microsecond or two, as the engine's raw stack is kept;
 * text is made of it only when {@link Site.location} is read.
 */
export class Site {
  #holder: StackHolder | null;
  #location: string | null = null;

  /** @param holder whatever has the stack as text in `stack`, read once, when `location` is first asked for. */
  constructor(holder: StackHolder) {
    this.#holder = holder;
  }

  /** The place from which `below` was called. */
  static capture(below: CallableFunction | NewableFunction): Site {
    if (!engine.captureStackTrace) return new Site(new Error());
    const holder: StackHolder = {};
    const limit = engine.stackTraceLimit;
    if (limit === undefined) {
      engine.captureStackTrace(holder, below);
    } else {
      engine.stackTraceLimit = FRAMES;
      engine.captureStackTrace(holder, below);
      engine.stackTraceLimit = limit;
    }
    return new Site(holder);
  }

  /** The user's file and line, `train.ts:12`, or null where the captured frames do not reach the user's code. */
  get location(): string | null {
    if (this.#holder) {
      this.#location = firstUserFrame(this.#holder.stack ?? '');
      this.#holder = null;
    }
    return this.#location;
  }

  toString(): string {
    return this.location ?? 'an unknown place';
  }
}

const INSTALLED = /node_modules\/(?:\.vite\/deps\/)?@?tapegrad\b/;
const OWN_FOLDER = /\/(?:core|ops|train|backend-cpu|backend-gpu|tapegrad)\/(?:src|dist)\//;
/** This file, or the one of the whole package that stands in its place. */
const OWN_FILE = /^(?:file:\/\/(?:\/(?=[A-Za-z]:))?)?(.*)\/core\/(?:src\/site\.ts|dist\/(?:site|bundle\/[^/]+)\.js)/;
const ROOTS = ownRoots();

/** The folder that holds tapegrad's packages, as stacks may spell it; none where they are bundled into another file. */
function ownRoots(): readonly string[] {
  const url = (import.meta as { url?: string }).url ?? '';
  const found = OWN_FILE.exec(url)?.[1];
  return found === undefined ? [] : [...new Set([found, found.replaceAll('%20', ' ')])];
}

function isOwn(frame: string): boolean {
  const path = frame.replaceAll('\\', '/');
  if (INSTALLED.test(path)) return true;
  return ROOTS.some((root) => path.includes(root) && OWN_FOLDER.test(path.slice(path.indexOf(root) + root.length)));
}

/** Reads the three spellings: `at f (file:1:2)` and `at file:1:2` (V8), `f@file:1:2` (Firefox, Safari). */
function firstUserFrame(stack: string): string | null {
  for (const frame of stack.split('\n')) {
    const place = /([^/\\(@\s?]+)(?:\?[^:]*)?:(\d+):\d+\)?\s*$/.exec(frame);
    if (place && !frame.includes('node:') && !isOwn(frame)) return `${place[1]}:${place[2]}`;
  }
  return null;
}
