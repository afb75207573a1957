import { tfjs } from '@tapegrad/backend-gpu';
import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { memoryTasks } from '../conformance/behaviour.js';
import { subjectOf } from '../conformance/subject.js';
import { conformanceTasks } from '../conformance/tasks.js';
import type { Oracle } from '../oracle/format.js';
import type { Outcome } from '../oracle/outcome.js';

// Left alone it computes what is small on the CPU, without a word.
tf.env().set('WEBGL_CPU_FORWARD', false);

/** An excuse as it comes from outside of the page. */
interface SentExcuse {
  readonly cases: string;
  readonly reason: string;
}

/** The inside of the backend 'webgl'. */
interface OnWebgl {
  readonly gpgpu: { readonly gl: { getExtension(name: 'WEBGL_lose_context'): { loseContext(): void } } };
}

/** Holds a backend of TensorFlow.js to the suite: every `stride`-th case of each group. */
export type Conform = (backend: string, oracle: Oracle, sent: readonly SentExcuse[], stride: number) => Promise<Outcome[]>;

const conform: Conform = async (backend, oracle, sent, stride) => {
  const excuses = sent.map(({ cases, reason }) => ({ cases: new RegExp(cases), reason }));
  const lose = () => (tf.backend() as unknown as OnWebgl).gpgpu.gl.getExtension('WEBGL_lose_context').loseContext();
  const open = () => tfjs({ tf, backend, missing: 'host' });
  const subject = subjectOf(`tfjs:${backend}`, open, { excuses, held: () => tf.memory().numTensors, lose });
  const tasks = [...(await conformanceTasks(subject, oracle)), ...memoryTasks(subject)];
  const seen = new Map<string, number>();
  const outcomes: Outcome[] = [];
  for (const { group, judge } of tasks) {
    const number = seen.get(group) ?? 0;
    seen.set(group, number + 1);
    if (number % stride === 0) outcomes.push(await judge());
  }
  return outcomes;
};

/** What WebGL runs on, as far as it tells. */
export type Describe = (backend: string) => Promise<{ renderer: string; float32: boolean; forwards: boolean }>;

/** What we need of a context, where this program is not checked as a page's. */
interface Context {
  getExtension(name: string): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  getParameter(name: number): unknown;
}
const { document } = globalThis as unknown as {
  readonly document: { createElement(name: 'canvas'): { getContext(kind: 'webgl2'): Context | null } };
};

const describe: Describe = async (backend) => {
  await tf.setBackend(backend);
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info');
  return {
    renderer: String(info && context?.getParameter(info.UNMASKED_RENDERER_WEBGL)),
    float32: tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'),
    forwards: tf.env().getBool('WEBGL_CPU_FORWARD'),
  };
};

Object.assign(globalThis, { conform, describe });
