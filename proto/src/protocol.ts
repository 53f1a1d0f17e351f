/** What coordinator, agents and step processes say to each other; another version at the handshake is AU_PROTOCOL_VERSION. */
export const protocolVersion = '2';
