#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tingfeng_fuzz::charset(bytes));
