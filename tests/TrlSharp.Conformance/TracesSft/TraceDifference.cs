namespace TrlSharp.Conformance.TracesSft;

/// <summary>Ours and the recording differ by more than the tolerance.</summary>
internal sealed class TraceDifference(string message) : Exception(message);
