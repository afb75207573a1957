/** What a backend runs on that is not this process: a GPU, or software that stands for one. */
export interface Adapter {
  readonly name: string;
  /** Does the CPU do its work? Null where the driver does not say. */
  readonly software: boolean | null;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|CPUKernel/i;

/** An adapter by the name that its driver gives. */
export function adapterOf(name: string): Adapter {
  return { name, software: SOFTWARE.test(name) };
}

/** What a system runs on, as a sentence. */
export function adapterSentence(label: string, adapter: Adapter): string {
  return `${label} runs on ${adapterText(adapter)}.`;
}

/** The name, with a warning that nobody overlooks where it is no GPU, or may be none. */
export function adapterText({ name, software }: Adapter): string {
  if (software === null) return `${name}: THIS MAY BE A GPU OR SOFTWARE ON THE CPU, ITS DRIVER DOES NOT SAY`;
  return software ? `${name}: THIS IS SOFTWARE ON THE CPU, NOT A GPU` : name;
}
