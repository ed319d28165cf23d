import { expect, it } from '@jest/globals';
import { visibleText } from './visible-text.js';

it.each([
  ['admin\u202Efdp.exe', 'admin⟨U+202E⟩fdp.exe'],
  ['\u2066a\u2069 \u200Fb\u061C', '⟨U+2066⟩a⟨U+2069⟩ ⟨U+200F⟩b⟨U+061C⟩'],
  // Right-to-left letters need no control characters.
  ['שירות GET /users', 'שירות GET /users'],
])('visibleText writes characters that reorder text as code points: %j', (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});
