// A failed turn as a person reads it.

import { expect, test } from "bun:test";
import { failureText } from "../../../src/ui/text/failure-text";

test("of a 400 the message in its JSON is shown, with the status", () => {
  const bodies = [
    '{"error":{"message":"bad param","type":"x"}}',
    '{"error":"bad param"}',
    '{"message":"bad param"}',
    '{"detail":"bad param"}',
    " bad param\n",
  ];
  for (const body of bodies) {
    expect(failureText(body, 400)).toBe("The request was refused (HTTP 400): bad param");
  }
  expect(failureText("", 400)).toBe("The request was refused (HTTP 400).");
  expect(failureText('{"code":7}', 400)).toBe('The request was refused (HTTP 400): {"code":7}');
  expect(failureText("x".repeat(5000), 400)).toHaveLength(1037);
});

test("of any other status the message takes the place of the JSON, and the address stays", () => {
  const text = (body: string) => `unexpected status 404 Not Found: ${body}, url: http://a/v1, request id: r`;
  expect(failureText(text('{"detail":"no such model"}'), 404)).toBe(text("no such model"));
  expect(failureText(text('{"detail":{"a":1}}'), 404)).toBe(text('{"detail":{"a":1}}'));
  expect(failureText(text('{"detail":"cut off...'), 404)).toBe(text('{"detail":"cut off...'));
  expect(failureText(text("no such model"), 404)).toBe(text("no such model"));
});

test("what is no answer of a server stays as it is", () => {
  expect(failureText('{"error":"quoted"}')).toBe('{"error":"quoted"}');
  expect(failureText("Quota exceeded.", undefined)).toBe("Quota exceeded.");
});
