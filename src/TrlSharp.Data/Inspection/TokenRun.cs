using TrlSharp.Sequences;

namespace TrlSharp.Inspection;

/// <summary>Neighbouring tokens with one weight and one channel.</summary>
internal readonly record struct TokenRun(int Start, int End, float Weight, Channel Channel);
