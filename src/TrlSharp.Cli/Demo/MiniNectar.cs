using System.Globalization;
using TrlSharp.Rows;

namespace TrlSharp.Cli.Demo;

/// <summary>
/// A data set of the kind that started this project (Nectar): multi-turn chats in which a weak model wrote the earlier assistant turns, and only the
/// final answer was written by a strong one. Small sums stand in for the world, so that anybody sees at a glance which answers are right.
/// <para>
/// The weak model counts one too far: it answers <c>right + 1</c>, except for three times in twenty. A chat has one to three questions, mostly two.
/// One wording in six of every sum is held out: it occurs in no chat, and is asked after training.
/// </para>
/// </summary>
internal static class MiniNectar
{
    /// <summary>The largest number in a sum, unless the size of the demo says another.</summary>
    public const int LargestNumber = 9;

    private const double WeakIsRight = 0.15;
    private static readonly int[] TurnCounts = [1, 2, 2, 3];

    private static readonly string[] Sums =
        ["What is {0} plus {1}?", "Add {0} and {1}.", "{0} + {1} = ?", "How much is {0} plus {1}?", "Sum of {0} and {1}?", "Please add {1} to {0}."];

    private static readonly string[] Differences =
        ["What is {0} minus {1}?", "Take {1} from {0}.", "{0} - {1} = ?", "How much is {0} minus {1}?", "Difference of {0} and {1}?", "Please subtract {1} from {0}."];

    /// <summary>All questions, split once and for all: the same wording never stands on both sides.</summary>
    /// <param name="largest">The largest number in a sum.</param>
    public static (IReadOnlyList<Question> Training, IReadOnlyList<Question> HeldOut) Questions(int largest = LargestNumber)
    {
        var training = new List<Question>();
        var heldOut = new List<Question>();
        for (var a = 0; a <= largest; a++)
        {
            for (var b = 0; b <= largest; b++)
            {
                Split(Sums, a, b, a + b);
                if (a >= b) Split(Differences, a, b, a - b);
            }
        }

        return (training, heldOut);

        void Split(string[] wordings, int a, int b, int answer)
        {
            var kept = ((a * 7) + (b * 3)) % wordings.Length;
            for (var i = 0; i < wordings.Length; i++)
            {
                var question = new Question(string.Format(CultureInfo.InvariantCulture, wordings[i], a, b), answer);
                (i == kept ? heldOut : training).Add(question);
            }
        }
    }

    /// <summary>The chats as rows with a <c>messages</c> column.</summary>
    /// <param name="count">Number of chats.</param>
    /// <param name="seed">Equal seeds give equal rows.</param>
    /// <param name="largest">The largest number in a sum.</param>
    public static IEnumerable<RowValue> Chats(int count, ulong seed, int largest = LargestNumber)
    {
        var (questions, _) = Questions(largest);
        var random = new SeededRandom(seed);
        for (var i = 0; i < count; i++)
        {
            var messages = new List<RowValue>();
            var turns = TurnCounts[random.Next(TurnCounts.Length)];
            for (var turn = 1; turn <= turns; turn++)
            {
                var question = questions[random.Next(questions.Count)];
                var right = turn == turns || random.NextDouble() < WeakIsRight;
                messages.Add(Message("user", question.Text));
                messages.Add(Message("assistant", Text(right ? question.Answer : question.Answer + 1)));
            }

            yield return RowValue.MapOf(("messages", RowValue.List(messages)));
        }
    }

    private static RowValue Message(string role, string content) =>
        RowValue.MapOf(("role", RowValue.Of(role)), ("content", RowValue.Of(content)));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A sum in words.</summary>
    /// <param name="Text">What the user asks.</param>
    /// <param name="Answer">What is right.</param>
    internal sealed record Question(string Text, int Answer);
}
