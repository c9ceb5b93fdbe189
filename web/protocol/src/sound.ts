import type { IceServer } from "./frames.ts";

/** A microphone of the browser's: a track, and how loud it is. */
export interface Microphone {
  readonly track: MediaStreamTrack;
  mute(on: boolean): void;
  /** From 0 to 1. */
  level(): number;
  close(): void;
}

/** One peer connection. `offer` is whole: nothing is trickled after it. */
export interface Peer {
  offer(): Promise<string>;
  answer(sdp: string): Promise<void>;
  close(): void;
}
export interface PeerEvents {
  onConnected(): void;
  /** The way is gone; it won't come back by itself. */
  onLost(): void;
}

/** Milliseconds for which ways to reach this browser are gathered. */
const GATHER = 2_000;
/** Milliseconds after which a way that broke is given up. */
const BROKEN = 2_500;

/** The browser's microphone, or the one of `device`. `onEnded`: it was pulled out. Rejects with the browser's error. */
export async function microphone(device = "", onEnded = () => {}): Promise<Microphone> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      channelCount: 1,
      ...(device && { deviceId: { exact: device } }),
    },
  });
  const track = stream.getAudioTracks()[0]!;
  track.onended = onEnded;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    track,
    mute: (on) => (track.enabled = !on),
    close: () => {
      track.onended = null;
      track.stop();
      void context.close();
    },
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
      return Math.min(1, Math.sqrt(power) * 6);
    },
  };
}

/** A connection that plays what comes, on the device `speaker` where the browser can choose. */
export function peer(
  own: Pick<Microphone, "track">,
  ice: readonly IceServer[],
  events: PeerEvents,
  speaker = "",
): Peer {
  const connection = new RTCPeerConnection({ iceServers: [...ice] });
  const audio = new Audio();
  let broken = 0;
  connection.addTrack(own.track);
  if (speaker && "setSinkId" in audio) void audio.setSinkId(speaker).catch(() => undefined);
  connection.ontrack = ({ track }) => {
    audio.srcObject = new MediaStream([track]);
    void audio.play().catch(() => undefined); // whoever pressed "call" has let sound play
  };
  connection.onconnectionstatechange = () => {
    clearTimeout(broken);
    const state = connection.connectionState;
    if (state === "connected") events.onConnected();
    else if (state === "failed") events.onLost();
    else if (state === "disconnected") broken = window.setTimeout(events.onLost, BROKEN);
  };
  return {
    async offer() {
      await connection.setLocalDescription(await connection.createOffer());
      await gathered(connection);
      return connection.localDescription!.sdp;
    },
    answer: (sdp) => connection.setRemoteDescription({ type: "answer", sdp }),
    close() {
      clearTimeout(broken);
      connection.onconnectionstatechange = null;
      connection.close();
      audio.srcObject = null;
    },
  };
}

function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHER);
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}
