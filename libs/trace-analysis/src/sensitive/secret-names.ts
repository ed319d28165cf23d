/**
 * Whether an attribute, header or parameter with this name holds a secret: `http.request.header.authorization`,
 * `user.password`, `api_key`. Not: `token_count`, `page_token`, `password_reset.requested`.
 */
export const isSecretName = (name: string): boolean => {
  const last =
    name
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[.[\]/:]/)
      .filter((part) => part !== '')
      .at(-1) ?? '';
  const word = last.replaceAll('-', '_');
  return SECRET_WORD.test(word) && !HARMLESS_WORD.test(word);
};

const SECRET_WORD =
  /^(?:proxy_)?authorization$|^(?:set_)?cookie2?$|passw(?:or)?d$|^passwd$|^pwd$|passphrase$|secret(?:_?key)?$|(?:^|_)api_?key$|^x_api_key$|access_?key$|private_?key$|(?:access|auth|refresh|id|session|bearer|csrf|xsrf|api|secret|reset|jwt)_?token$|^token$|^jwt$|^credentials?$|^(?:ssn|cvv|cvc|pin|iban)$|^(?:credit_?)?card_?number$|^session_?id$|^sid$|^x_amz_signature$|^signature$|^sig$|^x_amz_security_token$/;

const HARMLESS_WORD = /^(?:page|next|continuation|cancel|sync|max|input|output|total|prompt|completion)_/;
