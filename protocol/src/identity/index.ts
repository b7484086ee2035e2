export { certify, type Issuer, type Pins, verifyCertificate } from './certificate.ts';
export { type Check, checkOf, firstRefusal } from './check.ts';
export {
  type Introduction,
  introductionNumbers,
  openIntroduction,
  signIntroduction,
} from './introduction.ts';
export { askForCertificate, openCertified, openRequest, packCertified } from './issuing.ts';
export {
  claimMandate,
  giveMandate,
  type Mandate,
  type MandateChain,
  mandateChain,
  mandateHash,
  type Role,
  role,
  seatId,
  verifyMandate,
} from './mandate.ts';
export { fingerprint, type RootKeys, type RootSignature, type RootSigner, rootKeys, verifyByRoot } from './root.ts';
