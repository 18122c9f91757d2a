"""SciPy's spectrogram over a recording, a piece at a time, without overlap; nothing is looked for in it."""

import sys

import numpy
from scipy.signal import spectrogram

path, form, rate = sys.argv[1], sys.argv[2], float(sys.argv[3])
frame, piece = 2048, 1 << 21
samples = numpy.memmap(path, dtype=numpy.uint8 if form == "cu8" else numpy.int8, mode="r")
zero = numpy.float32(127.5 if form == "cu8" else 0.0)
total = 0.0
for at in range(0, len(samples) - 2 * frame + 1, 2 * piece):
    part = samples[at : at + 2 * piece].astype(numpy.float32)
    z = ((part - zero) / numpy.float32(128)).view(numpy.complex64)
    if len(z) >= frame:
        _, _, power = spectrogram(
            z, fs=rate, window="hann", nperseg=frame, noverlap=0, detrend=False, return_onesided=False, mode="psd"
        )
        total += float(power[0, 0])
