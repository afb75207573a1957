// Loaded when somebody asks for it: most never do.
export { js } from 'tapegrad';
