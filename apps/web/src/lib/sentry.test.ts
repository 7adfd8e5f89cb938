import { expect, test } from 'vitest';
import { scrub } from './sentry';

test('nothing that could hold a diver’s words leaves the device', () => {
  const said = 'my secret reef';
  const event = {
    request: { url: `http://x/?q=${said}#${said}`, method: 'GET', cookies: said, data: said },
    exception: {
      values: [
        {
          type: 'SyntaxError',
          value: `Unexpected token 'm', "${said} is "deep"" is not valid JSON`,
          stacktrace: { frames: [{ function: 'f', vars: { said } }] },
        },
        { value: `half a quotation "${said}` },
        { value: `'${said} isn't' is not a function (reading 'text' of 'Node')` },
      ],
    },
    message: `\`${said}\` failed`,
    breadcrumbs: [said],
    extra: { said },
    contexts: { nextjs: { request_path: `/?q=${said}`, route_type: 'render' } },
    user: { id: 'c0ffee', ip_address: '1.2.3.4', email: said },
  };
  const sent = scrub(event);
  expect(JSON.stringify(sent)).not.toContain('secret');
  expect(sent.user).toEqual({ id: 'c0ffee' });
  expect(sent.exception.values[0]?.value).toBe(`Unexpected token 'm', "…" is not valid JSON`);
  expect(sent.exception.values[2]?.value).toBe("'…')");
});

test('names of the code are kept, since they tell what broke', () => {
  const text = "Cannot read properties of undefined (reading 'turns')";
  expect(scrub({ message: text }).message).toBe(text);
});
