using System.Text;
using TrlSharp.Adapters;
using TrlSharp.Models.Attention;
using TrlSharp.Rows;
using TrlSharp.Sequences.Replies;
using TrlSharp.Templates;

namespace TrlSharp.Generation;

/// <summary>
/// A conversation with a model. Every prompt is the whole conversation as the chat template writes it; what the model has read in earlier turns is not read again
/// as long as the template writes it the same.
/// </summary>
/// <param name="generator">The model; it stays the caller's.</param>
public sealed class ChatSession(TextGenerator generator) : IDisposable
{
    private readonly KeyValueCache _cache = generator.Model.NewCache();
    private readonly List<int> _read = [];
    private readonly List<RowValue> _messages = [];
    private long _turns;

    /// <summary>The conversation: maps as templates read them.</summary>
    public IReadOnlyList<RowValue> Messages => _messages;

    /// <summary>Sampling and stopping; starts as the model recommends.</summary>
    public SamplingConfig Sampling { get; set; } = generator.Sampling;

    /// <summary>Tool definitions (a list), or null.</summary>
    public RowValue? Tools { get; set; }

    /// <summary>Further template variables (<c>enable_thinking</c> …): a map, or null.</summary>
    public RowValue? TemplateKwargs { get; set; }

    /// <summary>How the last answer went; null before the first.</summary>
    public ChatReply? LastReply { get; private set; }

    /// <summary>The adapters of the model.</summary>
    public IReadOnlyList<LoraAdapter> Adapters => generator.Model.Adapters;

    /// <summary>Switches an adapter; what was read with other weights is read again.</summary>
    public void Apply(LoraAdapter adapter, bool isApplied)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        adapter.IsApplied = isApplied;
        Forget();
    }

    /// <summary>Adds a message without an answer: a system message, the result of a tool.</summary>
    public void Add(string role, string content) => Add(RowValue.MapOf(("role", RowValue.Of(role)), ("content", RowValue.Of(content))));

    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(RowValue message) => _messages.Add(message);

    /// <summary>Forgets all messages from the given one on; 0 for the whole conversation.</summary>
    public void Cut(int from) => _messages.RemoveRange(from, _messages.Count - from);

    /// <summary>Asks, and streams the answer. When the enumeration ends, however it ends, the answer so far is part of the conversation.</summary>
    /// <param name="question">The user's message.</param>
    /// <param name="cancellation">Ends the answer.</param>
    /// <exception cref="TemplateException">The template rejects the conversation; the question is taken back.</exception>
    public IEnumerable<ReplyPiece> Ask(string question, CancellationToken cancellation = default)
    {
        Add("user", question);
        try
        {
            Prompt();
        }
        catch
        {
            Cut(_messages.Count - 1);
            throw;
        }

        return Answer(cancellation);
    }

    /// <summary>Streams an answer to the conversation as it stands.</summary>
    /// <exception cref="TemplateException">The template rejects the conversation.</exception>
    public IEnumerable<ReplyPiece> Answer(CancellationToken cancellation = default)
    {
        var (request, text, tokens) = Prompt();
        return Stream(request, text, tokens, cancellation);
    }

    /// <summary>Frees what was remembered of the conversation.</summary>
    public void Dispose() => _cache.Clear();

    private (RenderRequest Request, string Text, IReadOnlyList<int> Tokens) Prompt()
    {
        var request = new RenderRequest { Messages = [.. _messages], Tools = Tools, Kwargs = TemplateKwargs, Now = generator.Now };
        var (text, tokens) = generator.Encode(request);
        return (request, text, tokens);
    }

    private IEnumerable<ReplyPiece> Stream(RenderRequest request, string prompt, IReadOnlyList<int> tokens, CancellationToken cancellation)
    {
        var reused = KeepPrefix(tokens);
        var (splitter, decoder, text) = (new ReplySplitter(prompt), generator.Tokenizer.StreamDecode(), new StringBuilder());
        var written = new List<GeneratedToken>();
        var options = new GenerationOptions { FirstSequence = _turns++, Cache = _cache, Decode = ids => generator.Tokenizer.Decode([.. ids]) };
        try
        {
            foreach (var token in TokenGenerator.Stream(generator.Model, tokens, Sampling, options, cancellation))
            {
                written.Add(token);
                if (token.Reason == StopReason.StopToken || decoder.Step(token.Token) is not { } more) continue;
                text.Append(more);
                foreach (var piece in splitter.Add(more)) yield return piece;
            }

            var whole = generator.Decode(new([.. written.Select(t => t.Token)], [], written.Count == 0 ? StopReason.Cancelled : written[^1].Reason ?? StopReason.Cancelled), []);
            if (whole.Length > text.Length && whole.StartsWith(text.ToString(), StringComparison.Ordinal))
            {
                // A character that was cut in half by the last token.
                foreach (var piece in splitter.Add(whole[text.Length..])) yield return piece;
                text.Append(whole, text.Length, whole.Length - text.Length);
            }

            foreach (var piece in splitter.Finish()) yield return piece;
        }
        finally
        {
            _read.AddRange(tokens.Concat(written.Select(t => t.Token)).Skip(_read.Count).Take(Math.Max(0, _cache.Length - _read.Count)));
            LastReply = new(tokens.Count, reused, written.Count, written.Count == 0 ? StopReason.Cancelled : written[^1].Reason ?? StopReason.Cancelled);
            _messages.Add(ReplyMessage.Of(generator.Template, request, prompt, text.ToString()));
        }
    }

    /// <summary>Keeps the cache if the new prompt begins with all that it has read; a window may have forgotten what shorter beginnings need.</summary>
    private int KeepPrefix(IReadOnlyList<int> tokens)
    {
        if (_cache.Length != _read.Count || _read.Count >= tokens.Count || !_read.SequenceEqual(tokens.Take(_read.Count))) Forget();
        return _read.Count;
    }

    private void Forget()
    {
        _cache.Clear();
        _read.Clear();
    }
}
