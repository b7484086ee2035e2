import type { Pipe } from './pipes.ts';

/** What the browser counted on one pipe since its connection was made. */
export type PipeStatistics = {
  readonly pipe: number;
  readonly direction: 'send' | 'receive';
  readonly media: 'audio' | 'video';
  readonly delegation: string;
  /** RTP packets sent or received. */
  readonly packets: number;
  /** Bytes of payload, without headers and padding. */
  readonly bytes: number;
  /** Video: frames encoded or decoded. Audio: 0. */
  readonly frames: number;
  readonly keyFrames: number;
  /** Received audio that was played, in samples; 0 otherwise. */
  readonly samples: number;
  /** Received audio energy since the beginning (webrtc-stats totalAudioEnergy); 0 otherwise. */
  readonly energy: number;
  /** Received: packets lost until now. Sent: 0. */
  readonly packetsLost: number;
  /** Sent: the last loss that the SFU reported, 0 to 1; null when it reported none. */
  readonly lossReported: number | null;
  /** Sent: how many reports of the SFU told of it until now; null while none did. */
  readonly answers: number | null;
  /** Milliseconds, of the last received report or estimate; null when unknown. */
  readonly roundTripMs: number | null;
};

/** The fields of webrtc-stats that are read here; whatever else a browser adds does not matter. */
type Report = {
  readonly id?: string;
  readonly type?: string;
  readonly localId?: string;
  readonly fractionLost?: number;
  readonly roundTripTimeMeasurements?: number;
  readonly mid?: string;
  readonly packetsSent?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly framesEncoded?: number;
  readonly framesDecoded?: number;
  readonly keyFramesEncoded?: number;
  readonly keyFramesDecoded?: number;
  readonly totalSamplesReceived?: number;
  readonly concealedSamples?: number;
  readonly totalAudioEnergy?: number;
  readonly currentRoundTripTime?: number;
  readonly nominated?: boolean;
};

/** Asks each connection once, and tells its reports apart by media section. */
export async function statisticsOf(pipes: readonly Pipe[]): Promise<readonly PipeStatistics[]> {
  const connections = new Set(pipes.map((pipe) => pipe.connection));
  const perConnection = await Promise.all(
    [...connections].map(async (connection) => {
      if (connection.connectionState === 'closed') return [];
      const reports: Report[] = [];
      // RTCStatsReport is a map in every browser, but TypeScript types its values as any.
      for (const report of (await connection.getStats()).values()) reports.push(report as Report);
      return pipes
        .filter((pipe) => pipe.connection === connection)
        .flatMap((pipe) => readPipe(pipe, pipe.transceiver.mid, reports));
    }),
  );
  return perConnection.flat();
}

/** Not every browser counts them. */
const answersOf = (heard: readonly Report[]): number | null => {
  const counts = heard.flatMap(({ roundTripTimeMeasurements }) => roundTripTimeMeasurements ?? []);
  return counts.length === 0 ? null : counts.reduce((all, one) => all + one, 0);
};

/** The reports of one pipe's media section, added up; nothing while the browser has none. */
export function readPipe(
  pipe: Pick<Pipe, 'number' | 'direction' | 'media' | 'delegation'>,
  mid: string | null,
  reports: readonly Report[],
): readonly PipeStatistics[] {
  const type = pipe.direction === 'send' ? 'outbound-rtp' : 'inbound-rtp';
  const mine = reports.filter((report) => report.type === type && report.mid === mid);
  if (mid === null || mine.length === 0) return [];
  const sum = (read: (report: Report) => number | undefined) =>
    mine.reduce((total, report) => total + (read(report) ?? 0), 0);
  const heard = reports.filter(
    (report) => report.type === 'remote-inbound-rtp' && mine.some((own) => own.id === report.localId),
  );
  const roundTrip = reports.find((report) => report.type === 'candidate-pair' && report.nominated === true);
  return [
    {
      pipe: pipe.number,
      direction: pipe.direction,
      media: pipe.media,
      delegation: pipe.delegation,
      packets: sum((report) => report.packetsSent ?? report.packetsReceived),
      bytes: sum((report) => report.bytesSent ?? report.bytesReceived),
      frames: sum((report) => report.framesEncoded ?? report.framesDecoded),
      keyFrames: sum((report) => report.keyFramesEncoded ?? report.keyFramesDecoded),
      samples: sum((report) => (report.totalSamplesReceived ?? 0) - (report.concealedSamples ?? 0)),
      energy: sum((report) => report.totalAudioEnergy),
      packetsLost: sum((report) => report.packetsLost),
      lossReported: heard.length === 0 ? null : Math.max(...heard.map((report) => report.fractionLost ?? 0)),
      answers: answersOf(heard),
      roundTripMs: roundTrip?.currentRoundTripTime === undefined ? null : roundTrip.currentRoundTripTime * 1000,
    },
  ];
}
