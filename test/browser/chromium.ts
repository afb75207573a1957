import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Root may not use the sandbox; the rest keeps the browser from asking for anything beyond this machine. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WebGPU on the software adapter that Chromium brings, on machines with a GPU as well; without them headless Chromium has no adapter. */
const webgpuFlags = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** Starts the system's Chromium, headless, with WebGPU where asked for. Throws where there is none, and says how to get it. */
export function startChromium({ webgpu = false } = {}): Promise<Browser> {
  if (!existsSync(path)) {
    throw new Error(`There is no Chromium at ${path}. Install it (apt-get install chromium), or give its path as CHROMIUM.`);
  }
  return chromium.launch({ executablePath: path, args: webgpu ? [...flags, ...webgpuFlags] : flags });
}
