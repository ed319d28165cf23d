/** `globalTeardown` of Jest: stops the Lantern that `global-setup` has started. */
export { stopLantern as default } from './global-setup.js';
