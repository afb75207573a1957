import type { Site } from './site.js';

export { Site } from './site.js';

/** What an error of tapegrad knows besides its message. */
export interface ErrorOptions {
  /** The op, or the call, that refused. */
  readonly op?: string | undefined;
  /** Where the user asked for it. */
  readonly site?: Site | undefined;
  /** A finer code than the class's own, such as 'busy'. */
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

/**
 * What every error of tapegrad is. Its message says what was got, what was wanted and how to mend it, and ends with
 * ` (file:line)` where the user's place is known.
 */
export class TapegradError extends Error {
  static readonly code: string = 'tapegrad';
  /** For programs: 'shape', 'dtype', … by class, or finer. */
  readonly code: string;
  declare readonly op?: string;
  declare readonly site?: Site;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code ?? new.target.code;
    if (options.op !== undefined) Object.defineProperty(this, 'op', { value: options.op, enumerable: true });
    if (options.site) this.locate(options.site);
  }

  /** Says where the user was, unless the error knows already. For callers that know the place and did not throw. */
  locate(site: Site): this {
    if (this.site) return this;
    Object.defineProperty(this, 'site', { value: site });
    if (site.location === null) return this;
    const { message: bare, stack } = this;
    this.message = `${bare} (${site.location})`;
    if (stack !== undefined) this.stack = stack.replace(bare, () => this.message);
    return this;
  }

  static {
    TapegradError.prototype.name = 'TapegradError';
  }
}

/** Shapes, axes or sizes that do not fit. */
export class ShapeError extends TapegradError {
  static override readonly code = 'shape';
  static {
    ShapeError.prototype.name = 'ShapeError';
  }
}

/** Dtypes that do not mix, or a value that a dtype does not hold. */
export class DtypeError extends TapegradError {
  static override readonly code = 'dtype';
  static {
    DtypeError.prototype.name = 'DtypeError';
  }
}

/** A graph put together wrongly: a node of another graph, a name used twice. */
export class GraphError extends TapegradError {
  static override readonly code = 'graph';
  static {
    GraphError.prototype.name = 'GraphError';
  }
}

/** A name of an option that is none. */
export class OptionError extends TapegradError {
  static override readonly code = 'option';
  static {
    OptionError.prototype.name = 'OptionError';
  }
}

/** A feed that is missing, unknown or does not fit its input. */
export class FeedError extends TapegradError {
  static override readonly code = 'feed';
  static {
    FeedError.prototype.name = 'FeedError';
  }
}

/** A derivative that does not exist or contradicts itself. */
export class DerivativeError extends TapegradError {
  static override readonly code = 'derivative';
  static {
    DerivativeError.prototype.name = 'DerivativeError';
  }
}

/** Something that a backend cannot do. */
export class BackendError extends TapegradError {
  static override readonly code = 'backend';
  static {
    BackendError.prototype.name = 'BackendError';
  }
}

/** A program that needs more memory than it may have. */
export class MemoryError extends TapegradError {
  static override readonly code = 'memory';
  static {
    MemoryError.prototype.name = 'MemoryError';
  }
}

/** A machine used out of turn, or failed. */
export class MachineError extends TapegradError {
  static override readonly code = 'machine';
  static {
    MachineError.prototype.name = 'MachineError';
  }
}

/** A NaN or an infinity that `watch` trapped. */
export class NonFiniteError extends TapegradError {
  static override readonly code = 'nonFinite';
  static {
    NonFiniteError.prototype.name = 'NonFiniteError';
  }
}
