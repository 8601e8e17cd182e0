//! The plain part of a connection that will be encrypted.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The first byte of a TLS handshake record; no SMTP command begins with it.
const HANDSHAKE: u8 = 0x16;

/// Hands out one byte at a time until TLS begins.
///
/// Replies that someone on the way puts behind the answer to STARTTLS would otherwise wait in the reader's buffer and
/// pass for encrypted ones: "250 accepted" for a mail that nobody took. Here they reach the handshake, which fails.
#[derive(Debug)]
pub(super) struct Drip {
    stream: TcpStream,
    encrypted: bool,
}

impl Drip {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, encrypted: false }
    }
}

impl AsyncRead for Drip {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.encrypted {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let mut byte = [0; 1];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut one))?;
        buf.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Drip {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.encrypted |= bytes.first() == Some(&HANDSHAKE);
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Drip {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
