/** Who may talk to the lab: only pages that it served itself, to the person who was given the token. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { HttpError } from "./respond.ts";

export interface Guard {
  /** 256 random bits, as hexadecimal. */
  readonly token: string;
  readonly port: number;
}

export function createGuard(port: number): Guard {
  return { token: randomBytes(32).toString("hex"), port };
}

/** Cookies of all ports of a host share one jar, so the name holds the port. */
export function cookieOf(guard: Guard): string {
  return `tnlab-${guard.port}=${guard.token}; HttpOnly; SameSite=Strict; Path=/`;
}

/**
 * Throws HttpError 403 for a foreign Host (a rebound DNS name), a foreign Origin or a request from another site,
 * and for one with neither the token nor the cookie.
 */
export function admit(guard: Guard, request: IncomingMessage, url: URL): void {
  const hosts = [`127.0.0.1:${guard.port}`, `localhost:${guard.port}`];
  const { host, origin } = request.headers;
  if (host === undefined || !hosts.includes(host)) throw new HttpError(403, "this Host is not served here");
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new HttpError(403, "requests from other sites are refused");
  }
  if (!holdsToken(guard, request, url)) {
    throw new HttpError(
      403,
      "the token is missing or wrong: open the address that `tnlab lab` printed, token included",
    );
  }
}

function holdsToken(guard: Guard, request: IncomingMessage, url: URL): boolean {
  const given = url.searchParams.get("token");
  if (given !== null) return same(given, guard.token);
  const name = `tnlab-${guard.port}=`;
  const cookies = (request.headers.cookie ?? "").split(/;\s*/);
  return cookies.some((cookie) => cookie.startsWith(name) && same(cookie.slice(name.length), guard.token));
}

/** Compares in a time that does not tell how much agrees. */
function same(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
