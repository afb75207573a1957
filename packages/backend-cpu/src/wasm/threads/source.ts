import { RUN } from '../driver.js';
import { HOST } from '../module.js';
import { SLEEP, WAKE } from './turns.js';
import { LETTERS, MEETING, MEETING_END, STATES, WORDS } from './words.js';

/** How often a worker looks for the next run, about 100 µs, before it returns to its event loop, where a message wakes it. */
const LOOKS = 100_000;
/** How long a thread sleeps before it looks again, in milliseconds. */
export const SLICE = 50;

const index = (address: number): number => address / Int32Array.BYTES_PER_ELEMENT;

/**
 * What a worker runs, as text: a bundler, or a loader of TypeScript, would put into a function's text what exists only around it. `listen`
 * is what its host has for receiving messages.
 *
 * It is given its words first, then programs, which it makes ready in the memory of their machines. Told of a run, it takes part in it;
 * where that fails it says why. A run that it is told of while it is busy is skipped for the next.
 */
export function workerSource(listen: string): string {
  return `'use strict';
const programs = new Map();
let words;
let seen = 0;
const fail = (error) => {
  const why = String((error && error.message) || error).slice(0, ${LETTERS});
  for (let i = 0; i < why.length; i++) words[${WORDS.why + 1} + i] = why.charCodeAt(i);
  words[${WORDS.why}] = why.length;
  Atomics.store(words, ${WORDS.state}, ${STATES.failed});
};
const enrol = ({ id, module, memory }) => {
  const meeting = new Int32Array(memory.buffer, 0, ${index(MEETING_END)});
  const sleep = (phase) => {
    Atomics.add(meeting, ${index(MEETING.sleeping)}, 1);
    Atomics.wait(meeting, ${index(MEETING.phase)}, phase, ${SLICE});
    Atomics.sub(meeting, ${index(MEETING.sleeping)}, 1);
  };
  const wake = () => Atomics.notify(meeting, ${index(MEETING.phase)});
  const host = { memory, ${SLEEP.name}: sleep, ${WAKE.name}: wake };
  for (const { name } of WebAssembly.Module.imports(module)) host[name] ??= Math[name] ?? (() => {});
  programs.set(id, { run: new WebAssembly.Instance(module, { ${HOST}: host }).exports.${RUN}, wake });
};
const takePart = () => {
  const run = Atomics.load(words, ${WORDS.run});
  const program = programs.get(Atomics.load(words, ${WORDS.program}));
  const scratch = Atomics.load(words, ${WORDS.scratch});
  const thread = Atomics.load(words, ${WORDS.thread});
  const phase = Atomics.load(words, ${WORDS.phase});
  if (run % 2 || Atomics.load(words, ${WORDS.run}) !== run) return;
  seen = run;
  // A run that it missed may have been the last one of its program.
  if (!program) return;
  try {
    program.run(scratch, thread, phase);
  } catch (error) {
    fail(error);
    program.wake();
  }
};
const serve = () => {
  for (;;) {
    Atomics.store(words, ${WORDS.state}, ${STATES.listening});
    for (let i = 0; i < ${LOOKS} && Atomics.load(words, ${WORDS.run}) === seen; i++);
    if (Atomics.load(words, ${WORDS.run}) === seen) {
      Atomics.store(words, ${WORDS.state}, ${STATES.parked});
      if (Atomics.load(words, ${WORDS.run}) === seen) return;
    }
    takePart();
    if (words[${WORDS.state}] === ${STATES.failed}) return;
  }
};
${listen}((message) => {
  if (message.words) words = message.words;
  if (words[${WORDS.state}] === ${STATES.failed}) return;
  try {
    if (message.module) {
      enrol(message);
      Atomics.add(words, ${WORDS.programs}, 1);
    }
    if (message.forget) programs.delete(message.forget);
    serve();
  } catch (error) {
    fail(error);
  }
});
`;
}
