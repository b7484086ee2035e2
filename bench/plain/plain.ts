import { Room, RoomEvent, Track } from 'livekit-client';
import { scriptOf } from '../../web/src/platform/stand-in/script.ts';
import { createStandIn } from '../../web/src/platform/stand-in/stand-in.ts';
import { pictureOptions, soundOptions } from '../../web/src/session/media/publish-options.ts';

/**
 * A plain livekit-client page, without any encryption of ours. `#stay` sits there from the start, drawn as the
 * counterpart's stand-in; `#cold` does everything on the click; `#prepared` is connected before it, and publishes and
 * subscribes on it. Camera and microphone are open beforehand, as in our holding screen.
 */
const how = location.hash.slice(1);
const room = new Room();

const ownTracks = async (): Promise<{ readonly video: MediaStreamTrack; readonly audio: MediaStreamTrack }> => {
  if (how === 'stay') {
    const seat = { id: 'alba-principal', name: 'Ilaria Conti', function: 'President of the Republic' };
    const { video, audio } = createStandIn(
      scriptOf({ ...seat, delegation: { name: 'Alba' } }, 'en-GB', { tone: null }),
    );
    if (audio) return { video, audio };
  }
  const asked = { video: { width: 1280, height: 720, frameRate: 30 }, audio: true };
  const stream = await navigator.mediaDevices.getUserMedia(asked);
  const [[video], [audio]] = [stream.getVideoTracks(), stream.getAudioTracks()];
  if (!video || !audio) throw new Error('no camera or no microphone');
  return { video, audio };
};

const connect = async (autoSubscribe: boolean): Promise<void> => {
  const answer = await fetch('/token', { method: 'POST' });
  const { url, token } = (await answer.json()) as { url: string; token: string }; // what pages.ts answers
  // No STUN server, as in our own pages: everything is on this machine.
  await room.connect(url, token, { autoSubscribe, rtcConfig: { iceServers: [] } });
};

const tracks = await ownTracks();
const publish = () =>
  Promise.all([
    room.localParticipant.publishTrack(tracks.audio, { ...soundOptions, source: Track.Source.Microphone }),
    room.localParticipant.publishTrack(tracks.video, { ...pictureOptions('vp9'), source: Track.Source.Camera }),
  ]);
const participate = () => {
  for (const participant of room.remoteParticipants.values())
    for (const publication of participant.trackPublications.values()) publication.setSubscribed(true);
  return publish();
};

const playing = new Map<string | undefined, HTMLMediaElement>();
room.on(RoomEvent.TrackSubscribed, (track, _, participant) => {
  const element = track.attach();
  element.dataset.of = participant.identity;
  playing.set(track.sid, element);
  document.body.append(element);
});
// livekit-client has let the element go by then, and does not name it any more.
room.on(RoomEvent.TrackUnsubscribed, ({ sid }) => playing.get(sid)?.remove());
if (how === 'prepared') await connect(false);
if (how === 'stay') {
  await connect(true);
  await publish();
}
const offer = (words: string, act: () => Promise<unknown>) => {
  const button = document.createElement('button');
  button.textContent = words;
  button.onclick = () => void act();
  document.body.append(button);
};
offer('Leave', () => room.disconnect());
offer('Join', () => (how === 'prepared' ? participate() : connect(true).then(publish)));
