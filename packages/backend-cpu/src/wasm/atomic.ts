import type { Instruction } from './opcodes.js';

// Instructions on words that several threads see: https://webassembly.github.io/threads/core/binary/instructions.html

export const load: Instruction = [0xfe, 0x10];
export const load64: Instruction = [0xfe, 0x11];
export const exchange64: Instruction = [0xfe, 0x49];
