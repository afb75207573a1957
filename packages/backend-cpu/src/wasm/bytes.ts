/** How WebAssembly writes numbers and names: https://webassembly.github.io/spec/core/binary/values.html */

/** Bytes that are written one after the other. */
export class Bytes {
  #array = new Uint8Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(byte: number): void {
    if (this.#length === this.#array.length) this.#grow(1);
    this.#array[this.#length++] = byte;
  }

  append(bytes: ArrayLike<number>): void {
    if (this.#length + bytes.length > this.#array.length) this.#grow(bytes.length);
    this.#array.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Writes over what is there. */
  put(at: number, bytes: ArrayLike<number>): void {
    this.#array.set(bytes, at);
  }

  /** A copy of all of them. */
  toArray(): Uint8Array<ArrayBuffer> {
    return this.#array.slice(0, this.#length);
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#array.length, this.#length + by));
    larger.set(this.#array);
    this.#array = larger;
  }
}

/** An unsigned integer below 2^32 as LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 127;
    rest >>>= 7;
    bytes.push(rest ? low | 128 : low);
  } while (rest);
  return bytes;
}

/** The same in exactly five bytes, so that it can be put in later. */
export function padded(value: number): number[] {
  return [
    (value & 127) | 128,
    ((value >>> 7) & 127) | 128,
    ((value >>> 14) & 127) | 128,
    ((value >>> 21) & 127) | 128,
    value >>> 28,
  ];
}

/** A signed 32-bit integer as LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    if ((rest === 0 && !(low & 64)) || (rest === -1 && low & 64)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 128);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function bytesOfScratch(count: number): number[] {
  return Array.from({ length: count }, (_, i) => scratch.getUint8(i));
}

export function float32Bytes(value: number): number[] {
  scratch.setFloat32(0, value, true);
  return bytesOfScratch(4);
}

export function float64Bytes(value: number): number[] {
  scratch.setFloat64(0, value, true);
  return bytesOfScratch(8);
}

export function int32Bytes(value: number): number[] {
  scratch.setInt32(0, value, true);
  return bytesOfScratch(4);
}

/** A name; all of ours are ASCII. */
export function nameBytes(name: string): number[] {
  return [...unsigned(name.length), ...Array.from(name, (letter) => letter.charCodeAt(0))];
}

/** A vector: its count, then its items. */
export function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}
