// What is read from tokens.

import { expect, test } from "bun:test";
import { accountClaims, expiryOf, jwtPayload, planName } from "../../src/auth/jwt";
import { jwt } from "./jwt";

test("a JWT has three parts, the middle one a JSON object", () => {
  expect(jwtPayload(jwt({ email: "a@b" }))).toEqual({ email: "a@b" });
  for (const bad of ["", "a.b", "a..c", "a.!!.c", `a.${Buffer.from("5").toString("base64url")}.c`]) {
    expect(jwtPayload(bad)).toBeUndefined();
  }
});

test("the account is found in the claims, the address in either of two places", () => {
  const auth = { chatgpt_plan_type: "plus", user_id: "u", chatgpt_account_id: "w", is_org_owner: true };
  const token = jwt({
    "https://api.openai.com/auth": auth,
    "https://api.openai.com/profile": { email: "b@c" },
    exp: 7,
  });
  expect(accountClaims(token)).toMatchObject({
    ...{ email: "b@c", plan: "plus", userId: "u", accountId: "w" },
    ...{ isFedramp: false, needsSetup: true },
  });
  expect(accountClaims(jwt({ email: "a@b" })).email).toBe("a@b");
  expect(accountClaims("none").accountId).toBeUndefined();
  expect(expiryOf(token)).toBe(7000);
  expect(expiryOf("none")).toBeUndefined();
});

test("plans are worded for people, unknown ones shown as they are", () => {
  expect(["prolite", "hc", "education", "galaxy"].map(planName)).toEqual([
    ...["Pro Lite", "Enterprise", "Edu", "galaxy"],
  ]);
});
