/** Tells texts apart (FNV-1a, 32 bits, with the length): whether an answer is the one that was had before. */
export const textHash = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) + text.length * 0x1_0000_0000;
};
