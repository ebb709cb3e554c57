namespace TrlSharp.Inspection;

/// <summary>Neighbouring trained tokens of one message and channel.</summary>
/// <param name="Message">0-based message of the row; −1 for text of no message.</param>
/// <param name="Channel">The channel in words.</param>
/// <param name="Text">As rendered.</param>
/// <param name="Weight">Weight of each token.</param>
/// <param name="Tokens">Number of tokens.</param>
public sealed record TrainedPiece(int Message, string Channel, string Text, float Weight, int Tokens)
{
    /// <summary><c>[It is 42.]content×0.5</c>, the form of the terminal.</summary>
    public override string ToString() =>
        $"[{MaskTerminal.Visible(Text)}]{Channel}{(Weight == 1 ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"×{Weight}"))}";
}
