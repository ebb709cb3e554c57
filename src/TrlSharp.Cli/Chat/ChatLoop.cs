using System.Text;
using TrlSharp.Generation;

namespace TrlSharp.Cli.Chat;

/// <summary>Reads a line, answers it, until the input ends or <c>/exit</c>.</summary>
internal sealed class ChatLoop(Terminal terminal, ChatSession session, ReplyPrinter printer)
{
    /// <summary>Begins and ends a message of several lines.</summary>
    private const string Block = "\"\"\"";

    private readonly SlashCommands _commands = new(terminal, session);

    /// <param name="stop">Ctrl-C while waiting for a line; during an answer it ends the answer only.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        while (await ReadMessageAsync(stop).ConfigureAwait(false) is { } message)
        {
            if (message.Length == 0) continue;
            try
            {
                switch (message[0] == '/' ? _commands.Run(message) : SlashOutcome.Ask)
                {
                    case SlashOutcome.Exit: return;
                    case SlashOutcome.Ask: Answer(cancellation => session.Ask(message, cancellation), stop); break;
                    case SlashOutcome.Answer: Answer(session.Answer, stop); break;
                }
            }
            catch (TrlSharpException e) when (terminal.IsTyped)
            {
                // A mistake must not end a conversation.
                terminal.Line($"error: {e.Message}");
            }
        }
    }

    private void Answer(Func<CancellationToken, IEnumerable<Sequences.Replies.ReplyPiece>> ask, CancellationToken stop)
    {
        using var answer = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var diversion = terminal.Signals?.Divert(answer.Cancel);
        foreach (var piece in ask(answer.Token)) printer.Print(piece);
        printer.Finish();
        if (session.LastReply is { Reason: StopReason.MaxNewTokens }) terminal.Line($"[cut at max_new_tokens = {session.Sampling.MaxNewTokens}; /params max_new_tokens N]");
        if (session.LastReply is { Reason: StopReason.Cancelled }) terminal.Line("[stopped]");
    }

    private async Task<string?> ReadMessageAsync(CancellationToken stop)
    {
        if (await ReadLineAsync("> ", stop).ConfigureAwait(false) is not { } line) return null;
        if (!line.StartsWith(Block, StringComparison.Ordinal)) return line.Trim();
        var text = new StringBuilder(line[Block.Length..]);
        while (!text.ToString().EndsWith(Block, StringComparison.Ordinal))
        {
            if (await ReadLineAsync("… ", stop).ConfigureAwait(false) is not { } next) return text.ToString();
            if (text.Length > 0) text.Append('\n');
            text.Append(next);
        }

        return text.ToString(0, text.Length - Block.Length).Trim();
    }

    private async Task<string?> ReadLineAsync(string prompt, CancellationToken stop)
    {
        if (terminal.IsTyped)
        {
            await terminal.Out.WriteAsync(prompt).ConfigureAwait(false);
            await terminal.Out.FlushAsync(stop).ConfigureAwait(false);
        }

        return await Task.Run(terminal.In.ReadLine, stop).WaitAsync(stop).ConfigureAwait(false);
    }
}
