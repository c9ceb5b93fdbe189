import type { IceServer } from "@switchboard/protocol";
import { request } from "./http.ts";

const at = (business: string) => `/api/v1/businesses/${business}`;

/** The whole answer to a browser's whole offer. */
export async function connectSound(business: string, leg: string, sdp: string): Promise<string> {
  const answer = await request<{ sdp: string }>("POST", `${at(business)}/legs/${leg}/sound`, { sdp });
  return answer.sdp;
}

export async function readIce(business: string): Promise<readonly IceServer[]> {
  return (await request<{ ice: readonly IceServer[] }>("GET", `${at(business)}/calls/ice`)).ice;
}

export type CallVerb =
  | "consult"
  | "accept_consult"
  | "decline_consult"
  | "end_consult"
  | "complete_consult"
  | "confer"
  | "leave"
  | "hold_call"
  | "resume_call"
  | "end_call"
  | "pause_recording"
  | "resume_recording";

export const doInCall = (business: string, conversation: string, verb: CallVerb, body: object) =>
  request("POST", `${at(business)}/conversations/${conversation}/${verb}`, body);
