// A plain client of an SFU, with a token that this SFU made: what a relay in hostile hands can always have.
import { framesKept, replay, sent } from './frames.js';
import { picture } from './picture.js';

const { Room, RoomEvent } = globalThis.LivekitClient;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const haunt = async ({ id, url, token, ms, name }) => {
  const room = new Room({ adaptiveStream: false, dynacast: false });
  room.on(RoomEvent.TrackSubscribed, (track) => {
    if (track.kind === 'video') document.body.append(track.attach()); // or nothing is received
  });
  await room.connect(url, token, { rtcConfig: { iceServers: [] }, autoSubscribe: id === 'replay' });
  if (id === 'replay') {
    // Whoever speaks may still be on their way back; then some seconds are kept.
    for (let looks = 0; framesKept() === 0 && looks < 80; looks += 1) await wait(100);
    for (let looks = 0; framesKept() < 60 && looks < 60; looks += 1) await wait(100);
    replay();
  }
  await room.localParticipant.publishTrack(picture(), {
    source: 'camera',
    videoCodec: 'vp9',
    simulcast: false,
    backupCodec: false,
    scalabilityMode: 'L1T1',
  });
  await wait(ms);
  const count = sent();
  await room.disconnect();
  await fetch('/attacker/played', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, sent: count }),
  });
};

const wanted = await (await fetch('/attacker/wanted')).json();
if (wanted.name) await haunt(wanted);
