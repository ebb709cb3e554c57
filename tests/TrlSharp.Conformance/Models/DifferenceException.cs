namespace TrlSharp.Conformance.Models;

/// <summary>A case came out different; the message is the first difference.</summary>
internal sealed class DifferenceException(string message) : Exception(message);
