import { Controls } from './controls.js';
import { Curves } from './curves.js';
import { Drawing } from './drawing.js';
import { show } from './elements.js';
import type { FromWorker, ToWorker } from './messages.js';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const tell = (message: ToWorker): void => worker.postMessage(message);
const controls = new Controls(tell);
const drawing = new Drawing(tell);
const curves = new Curves();

worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => hear(data));
worker.addEventListener('error', ({ message }) => controls.fail(message));
tell({ kind: 'open', digits: new URL('digits/', document.baseURI).href });

function hear(message: FromWorker): void {
  switch (message.kind) {
    case 'backends':
      controls.offer(message.offers);
      break;
    case 'loading':
      controls.load(message.bytes);
      break;
    case 'state':
      drawing.enable();
      controls.enter(message.state, message.backend);
      break;
    case 'progress':
      controls.advance(message);
      curves.add(message);
      break;
    case 'tested':
      show('tested', percent(message.accuracy, message.digits));
      curves.addTest(message.steps, message.accuracy);
      break;
    case 'restarted':
      controls.clear();
      curves.clear();
      break;
    case 'reading':
      drawing.read(message.probabilities);
      break;
    case 'example':
      drawing.showExample(message.pixels, message.label);
      break;
    case 'trouble':
      controls.warn(message.message);
      break;
    case 'failed':
      controls.fail(message.message);
      break;
  }
}

/** As many decimals as that many digits make sure. */
function percent(part: number, digits: number): string {
  return `${(100 * part).toFixed(digits >= 10_000 ? 2 : 1)} %`;
}
