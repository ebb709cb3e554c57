using TrlSharp.Sequences.Replies;

namespace TrlSharp.Cli.Chat;

/// <summary>Shows an answer as it streams: thinking and tool calls between labels, dimmed where there is colour.</summary>
internal sealed class ReplyPrinter(Terminal terminal, bool showThinking)
{
    private const string Dim = "\u001b[2m";
    private const string Plain = "\u001b[0m";

    private readonly bool _hasStyle = terminal.IsInteractive && terminal.Ansi.Profile.Capabilities.Ansi;
    private ReplyChannel _channel = ReplyChannel.Content;
    private bool _isAtStart = true;

    public void Print(ReplyPiece piece)
    {
        if (piece.Channel == ReplyChannel.Thinking && !showThinking) return;
        var text = Printable(piece.Text);
        if (piece.Channel != _channel)
        {
            if (text.Trim().Length == 0) return;
            Switch(piece.Channel);
        }

        // White space at the beginning of a part belongs to the markers before it.
        if (_isAtStart) text = text.TrimStart();
        if (text.Length == 0) return;
        _isAtStart = false;
        terminal.Out.Write(text);
        terminal.Out.Flush();
    }

    /// <summary>Ends the answer.</summary>
    public void Finish()
    {
        if (_channel != ReplyChannel.Content) Switch(ReplyChannel.Content);
        else if (!_isAtStart) terminal.Line();
        _isAtStart = true;
    }

    private void Switch(ReplyChannel channel)
    {
        if (_channel != ReplyChannel.Content) terminal.Out.Write($"{(_isAtStart ? "" : "\n")}[/{Label(_channel)}]{(_hasStyle ? Plain : "")}\n");
        else if (!_isAtStart) terminal.Line();
        if (channel != ReplyChannel.Content) terminal.Out.Write($"{(_hasStyle ? Dim : "")}[{Label(channel)}]\n");
        (_channel, _isAtStart) = (channel, true);
    }

    private static string Label(ReplyChannel channel) => channel == ReplyChannel.Thinking ? "thinking" : "tool call";

    /// <summary>A model must not steer the terminal.</summary>
    private static string Printable(string text) => string.Concat(text.Where(c => !char.IsControl(c) || c is '\n' or '\t'));
}
