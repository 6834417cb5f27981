// The stored login of an HTTP server at work: its access token, renewed in time and by one process alone (mcp.md 6).

import { discoverOAuthServerInfo, refreshAuthorization } from "@modelcontextprotocol/sdk/client/auth.js";
import { isFresh, type StoredLogin, type TokenStore } from "./token-store";

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export type OAuthSession = {
  /** For the next request. One that cannot be renewed is returned as it is: the server says the rest. */
  readonly accessToken: () => Promise<string>;
  /** The next request looks at the store again: a person may log in meanwhile, here or elsewhere. */
  readonly forget: () => void;
  /** Another one than the server has just refused; undefined when there is none. */
  readonly renewed: (refused: string) => Promise<string | undefined>;
};

/** Undefined when nobody has logged in to the server. */
export async function openOAuthSession(
  name: string,
  url: string,
  store: TokenStore,
  fetchFn: Fetch,
): Promise<OAuthSession | undefined> {
  let login = await store.read(name, url);
  if (login === undefined) return undefined;
  let forgotten = false;
  let renewing: Promise<StoredLogin | undefined> | undefined;

  const renew = async (refused: string): Promise<StoredLogin | undefined> => {
    renewing ??= store.locked(async () => {
      const now = (await store.read(name, url)) ?? login;
      if (now === undefined || (now.access_token !== refused && isFresh(now))) return now;
      return refreshed(now, store, fetchFn);
    });
    try {
      const result = await renewing;
      login = result ?? login;
      return result;
    } finally {
      renewing = undefined;
    }
  };

  return {
    forget() {
      forgotten = true;
    },
    async accessToken() {
      if (forgotten) login = (await store.read(name, url)) ?? login;
      forgotten = false;
      const current = login;
      if (current === undefined) return "";
      if (isFresh(current)) return current.access_token;
      return ((await renew(current.access_token)) ?? current).access_token;
    },
    async renewed(refused) {
      const token = (await renew(refused))?.access_token;
      return token === refused ? undefined : token;
    },
  };
}

/** Undefined when the login is not to be renewed: the user has to log in again. */
async function refreshed(
  login: StoredLogin,
  store: TokenStore,
  fetchFn: Fetch,
): Promise<StoredLogin | undefined> {
  const { refresh_token: refreshToken, client_secret: secret } = login;
  if (refreshToken === undefined) return undefined;
  try {
    const found = await discoverOAuthServerInfo(login.server_url, { fetchFn });
    const metadata = found.authorizationServerMetadata;
    const resource = found.resourceMetadata?.resource;
    const tokens = await refreshAuthorization(found.authorizationServerUrl, {
      ...(metadata !== undefined && { metadata }),
      clientInformation: {
        client_id: login.client_id,
        ...(secret !== undefined && { client_secret: secret }),
      },
      refreshToken,
      ...(resource !== undefined && { resource }),
      fetchFn,
    });
    const renewed: StoredLogin = {
      ...login,
      access_token: tokens.access_token,
      expires_at: tokens.expires_in === undefined ? null : Date.now() + tokens.expires_in * 1000,
      refresh_token: tokens.refresh_token ?? refreshToken,
      ...(tokens.scope !== undefined && { scopes: tokens.scope.split(" ") }),
    };
    await store.save(renewed);
    return renewed;
  } catch (error) {
    if (error instanceof Error) return undefined; // refused or out of reach: the request itself will tell
    throw error;
  }
}
