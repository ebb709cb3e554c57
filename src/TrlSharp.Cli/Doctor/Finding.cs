namespace TrlSharp.Cli.Doctor;

/// <summary>One line of <c>trlsharp doctor</c>.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="Value">What was found.</param>
/// <param name="Fix">What to do; null when all is well.</param>
/// <param name="Blocks">Whether training cannot run until it is mended.</param>
internal sealed record Finding(string Subject, string Value, string? Fix = null, bool Blocks = false);
