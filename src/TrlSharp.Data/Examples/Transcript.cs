using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// Chats written as one string, <c>"\n\nHuman: …\n\nAssistant: …"</c>: HH-RLHF and Nectar. One space after the colon belongs to the marker; everything
/// else is content, kept to the letter.
/// </summary>
internal static class Transcript
{
    private static readonly (string Marker, RowValue Role)[] Markers = [("\n\nHuman:", RowValue.Of("user")), ("\n\nAssistant:", RowValue.Of("assistant"))];

    /// <summary>Whether a string is a transcript: it starts with a human's turn.</summary>
    public static bool IsTranscript(RowValue value) => value.Kind == RowValueKind.String && IsTranscript(value.Text);

    /// <summary>The turns as messages.</summary>
    /// <param name="text">A transcript.</param>
    /// <param name="dropOpenTurn">Leave out a last assistant turn without content: the place where the answer goes.</param>
    public static List<RowValue> Messages(string text, bool dropOpenTurn = false)
    {
        var messages = new List<RowValue>();
        if (text.StartsWith("Human:", StringComparison.Ordinal)) text = "\n\n" + text;
        for (var at = 0; at < text.Length;)
        {
            var (marker, role) = text.AsSpan(at).StartsWith(Markers[0].Marker, StringComparison.Ordinal) ? Markers[0] : Markers[1];
            var start = at + marker.Length;
            if (start < text.Length && text[start] == ' ') start++;
            at = NextMarker(text, start);
            messages.Add(ChatMessage.Of(role, text[start..at]));
        }

        if (dropOpenTurn && messages[^1].Find("role")!.Text == "assistant" && messages[^1].Find("content")!.Text.Trim().Length == 0)
            messages.RemoveAt(messages.Count - 1);
        return messages;
    }

    private static bool IsTranscript(string text) =>
        text.StartsWith(Markers[0].Marker, StringComparison.Ordinal)
        || (text.StartsWith("Human:", StringComparison.Ordinal) && text.Contains(Markers[1].Marker, StringComparison.Ordinal));

    private static int NextMarker(string text, int from)
    {
        // The space after an empty turn's colon may be missing, so the marker may start right at the content.
        var next = text.Length;
        foreach (var (marker, _) in Markers)
            if (text.IndexOf(marker, from, StringComparison.Ordinal) is >= 0 and var at && at < next) next = at;
        return next;
    }
}
