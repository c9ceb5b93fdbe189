import { request } from "./http.ts";
import type { Me } from "./session.ts";
import { at, of, type Levels, type Source, type Thing } from "./setup.ts";

export const ROLES = ["operator", "supervisor", "administrator", "client"] as const;
export type Role = (typeof ROLES)[number];

export interface Member {
  name: string;
  role: Role;
  skills: Levels;
  /** How much of what they carry at once this business may take, in hundredths. */
  capacity: number;
  readonly email: string;
}

interface MemberView extends Member {
  readonly id: string;
  readonly version: number;
  readonly created_at: number;
}

function thing({ id, version, name, role, skills, capacity, email }: MemberView): Thing<Member> {
  return { id, version, changed_at: 0, changed_by: "", value: { name, role, skills, capacity, email } };
}

export const members: Source<Member> = {
  kind: "member",
  read: async (business) =>
    (await request<{ items: MemberView[] }>("GET", at(business, "members"))).items.map(thing),
  change: async (business, { id, version }, { name, role, skills, capacity }) =>
    thing(await request("PUT", at(business, of("members", id)), { version, name, role, skills, capacity })),
  remove: (business, { id }) => request("DELETE", at(business, of("members", id))),
};

/** Instants are microseconds. */
export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly invited_by: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly state: "open" | "used" | "expired" | "revoked";
  readonly used_by: string;
}

export const invitations = async (business: string) =>
  (await request<{ items: readonly Invitation[] }>("GET", at(business, "invitations"))).items;
/** `link`: the path of the page, told this once. */
export const invite = (business: string, role: Role, email: string) =>
  request<{ readonly invitation: Invitation; readonly link: string }>("POST", at(business, "invitations"), {
    role,
    email,
  });
export const revoke = (business: string, id: string) =>
  request<null>("DELETE", at(business, of("invitations", id)));

/** What whoever has the link may know. */
export interface InvitationFace {
  readonly business: string;
  readonly role: Role;
  readonly email: string;
  readonly invited_by: string;
  readonly locale: string;
}

export const lookAt = (token: string) =>
  request<InvitationFace>("POST", "/api/v1/invitations/look", { token });
export const accept = (body: {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly locale: string;
}) => request<Me>("POST", "/api/v1/invitations/accept", body);
export const join = (token: string) =>
  request<{ readonly business: string }>("POST", "/api/v1/invitations/join", { token });
