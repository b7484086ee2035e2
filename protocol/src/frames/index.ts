export { free, importBaseKey } from './cipher.ts';
export { codecOfMimeType, type MediaCodec } from './codec.ts';
export type { Epoch, Leaf } from './epoch.ts';
export type { ReceiverEvent, ReceiverOut } from './events.ts';
export type { Clock, ProofState } from './judge.ts';
export { createReceiver, type Receiver } from './receiver.ts';
export { createSender, type EncodedFrame, type Sender, type SendStream } from './sender.ts';
export { frameSigner } from './signer.ts';
